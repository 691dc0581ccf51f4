"""`hanport demo`: live values within seconds, and a clean end."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time

DEMO = [sys.executable, "-m", "hanport", "demo", "--interval", "1"]


def read_until(descriptor: int, pattern: bytes, seconds: float = 30) -> bytes:
    seen = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not re.search(pattern, seen):
        if select.select([descriptor], [], [], 0.1)[0]:
            try:
                seen += os.read(descriptor, 65536)
            except OSError:
                break
    assert re.search(pattern, seen), seen
    return seen


def test_in_a_pipe_it_prints_telegrams_and_takes_another_port_when_its_own_is_busy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with subprocess.Popen(
            [*DEMO, "--listen", f"tcp://127.0.0.1:{port}", "--lang", "en"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as demo:
            assert demo.stdout and demo.stderr
            first = demo.stdout.readline().decode()
            assert "A virtual meter sends on tcp://127.0.0.1:" in first
            assert f":{port};" not in first
            assert b"Import" in demo.stdout.readline()
            demo.send_signal(signal.SIGINT)
            assert demo.wait(20) == 0
            said = demo.stderr.read().decode()
            assert str(port) in said
            assert "Traceback" not in said


def test_in_a_terminal_control_c_ends_both_without_a_traceback() -> None:
    main, side = pty.openpty()
    demo = subprocess.Popen(
        [*DEMO, "--listen", "tcp://127.0.0.1:0", "--lang", "sv"],
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
        preexec_fn=lambda: _take_terminal(side),
    )
    os.close(side)
    try:
        read_until(main, b"KAM5")
        os.write(main, b"\x03")
        assert demo.wait(20) == 0
        rest = b""
        while select.select([main], [], [], 0.2)[0]:
            try:
                rest += os.read(main, 65536)
            except OSError:
                break
        assert b"Traceback" not in rest
    finally:
        demo.kill()
        demo.wait()
        os.close(main)


def _take_terminal(descriptor: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)


def test_a_meter_that_cannot_start_is_said() -> None:
    done = subprocess.run([*DEMO, "--listen", "tcp://nowhere"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "did not start" in done.stderr
    assert "Traceback" not in done.stderr
