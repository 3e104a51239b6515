"""Live news for open pages: rooms of one organisation, over one websocket for each page.

Nobody outside of this package may touch the Socket.IO server; a standing test reads the imports.
"""
