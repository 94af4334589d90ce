"""What every test relies on."""

import signal

# A shell starts jobs in the background deaf to SIGINT, and their children with them; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)
