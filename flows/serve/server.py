"""`python -m flows.serve.server PORT`: Prefect's server on this machine."""

import sys

from flows.serve.turns import write_in_turn


def main(port: int) -> None:
    """Run the server, its background services included, as `prefect server start` does."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    write_in_turn()
    settings = get_current_settings().server
    uvicorn.run(
        create_app(final=True),
        host="127.0.0.1",
        port=port,
        timeout_keep_alive=settings.api.keepalive_timeout,
        log_level=settings.logging_level.lower(),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
