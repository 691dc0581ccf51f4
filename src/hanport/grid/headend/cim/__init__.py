"""Head-ends that speak IEC 61968-9 (edition 2): EndDeviceControls out, EndDeviceEvents in."""
