"""What every test relies on."""

import os
import signal

# A shell starts jobs in the background deaf to SIGINT, and their children with them; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Hundreds of tests lint a folder of noise; those that are about classifiers ask for one.
os.environ["CURATE_CLASSIFIER"] = "none"
