"""What runs inside the sandbox: the keeper, its services and the relay.

Standard library only, and nothing of the rest of the lab: this folder alone is mounted (native) or copied (compose)
into the sandbox, and is run as ``python3 -I /opt/pacslab/inside --role …``.
"""
