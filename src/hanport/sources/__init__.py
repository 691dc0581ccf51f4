"""Where bytes come from: serial ports, TCP, MQTT, files, standard input; recording and replay."""
