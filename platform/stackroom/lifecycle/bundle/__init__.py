"""An organisation's whole data as one file, and the way back from the file to an organisation."""
