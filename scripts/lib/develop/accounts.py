"""The login of a fresh Home Assistant, made and used without a browser."""

from typing import Final

from .client import Client
from .waiting import DevelopError

USER: Final = "dev"
READER: Final = "reader"
PASSWORD: Final = "dev"  # noqa: S105  # it is printed on the terminal, and is for loopback only


def log_in(client: Client) -> None:
    """Go through onboarding where that is still to do, and log in."""
    _onboard(client)
    client.take_lasting_token()


def _onboard(client: Client) -> None:
    answer = client.send("GET", "/api/onboarding")
    if answer.status == 404:  # it is all done
        sign_in(client)
        return
    steps = {step["step"]: step["done"] for step in answer.json()}
    if steps["user"]:
        sign_in(client)
    else:
        user = {"name": "Developer", "username": USER, "password": PASSWORD, "language": "en"}
        made = client.post("/api/onboarding/users", {"client_id": client.client_id, **user})
        client.take_tokens(made["auth_code"])
    for step in ("core_config", "analytics"):
        if not steps[step]:
            client.post(f"/api/onboarding/{step}", {})
    if not steps["integration"]:
        place = {"client_id": client.client_id, "redirect_uri": f"{client.client_id}?auth=1"}
        client.post("/api/onboarding/integration", place)


def make_reader(admin: Client) -> Client:
    """Add a user who may only read, as an administrator; return a client with that login."""
    kind = "config/auth"
    user = admin.command(f"{kind}/create", name="Reader", group_ids=["system-read-only"])["user"]
    login = {"username": READER, "password": PASSWORD}
    admin.command("config/auth_provider/homeassistant/create", user_id=user["id"], **login)
    reader = Client(admin.base_url)
    sign_in(reader, READER)
    reader.take_lasting_token()
    return reader


def sign_in(client: Client, user: str = USER) -> None:
    """Log in with the password, to a session of its own that lasts half an hour."""
    place = {"client_id": client.client_id, "redirect_uri": client.client_id}
    flow = client.post("/auth/login_flow", {**place, "handler": ["homeassistant", None]})
    login = {"client_id": client.client_id, "username": user, "password": PASSWORD}
    answer = client.post(f"/auth/login_flow/{flow['flow_id']}", login)
    if answer["type"] != "create_entry":
        raise DevelopError(
            f"The user {user} cannot log in to the Home Assistant in this folder: "
            "use another --config, or delete it."
        )
    client.take_tokens(answer["result"])
