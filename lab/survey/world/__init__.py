"""The systems of the simulated Internet, alive: one asyncio process answers at all of their addresses."""
