"""`python -m flows.serve.server PORT`: Prefect's server on this machine, behind the guard."""

import sys

from flows.serve.guard import LOOPBACK, Guard
from flows.serve.turns import write_in_turn
from infra.prefect_env import FRONT


def main(port: int) -> None:
    """Run the server, its background services included, as `prefect server start` does."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    write_in_turn()
    front = get_current_settings().home / FRONT
    settings = get_current_settings().server
    uvicorn.run(
        Guard(create_app(final=True), port, front),
        host=LOOPBACK,
        port=port,
        timeout_keep_alive=settings.api.keepalive_timeout,
        ws_ping_interval=settings.api.websocket_ping_interval,
        ws_ping_timeout=settings.api.websocket_ping_timeout,
        log_level=settings.logging_level.lower(),
        server_header=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
