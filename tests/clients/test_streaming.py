"""Streams of a real server: server-sent events through Mastodon.py, and one WebSocket with what is asked of it."""

import io
import json
from collections.abc import Callable
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest
from mastodon import Mastodon, StreamListener
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from tests.api.conformance import check_entity
from tests.clients.running import Running
from tests.patience import PATIENCE

Client = Callable[[str], Any]


class Ears(StreamListener):
    """Puts down what it hears."""

    def __init__(self) -> None:
        self.heard: Queue[tuple[str, Any]] = Queue()
        self.greeted: Queue[None] = Queue()

    def handle_heartbeat(self) -> None:
        self.greeted.put(None)

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status))

    def on_status_update(self, status: Any) -> None:
        self.heard.put(("status.update", status))

    def on_delete(self, status_id: Any) -> None:
        self.heard.put(("delete", status_id))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification))

    def next(self) -> tuple[str, Any]:
        return self.heard.get(timeout=PATIENCE)


def listen(client: Mastodon, ears: Ears) -> Any:
    """Opens the stream; it is known to be open when the greeting has come."""
    handle = client.stream_user(ears, run_async=True)
    ears.greeted.get(timeout=PATIENCE)
    return handle


def hang_up(client: Any, handle: Any) -> None:
    """Closing waits for the next bytes, so some are sent."""
    closing = Thread(target=handle.close)
    closing.start()
    client.status_post("A last word")
    closing.join(PATIENCE)


def test_posts_edits_deletions_and_notifications_arrive_as_events(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    bo.account_follow(ada.me().id)
    ears = Ears()
    handle = listen(bo, ears)
    try:
        post = ada.status_post("News")
        kind, status = ears.next()
        assert (kind, str(status.id)) == ("update", str(post.id))
        ada.status_update(post.id, "Newer news")
        kind, status = ears.next()
        assert kind == "status.update"
        assert "Newer news" in status.content
        ada.status_delete(post.id)
        kind, id = ears.next()
        assert (kind, str(id)) == ("delete", str(post.id))
        ada.account_follow(bo.me().id)
        kind, notification = ears.next()
        assert (kind, notification.type, str(notification.account.id)) == (
            "notification",
            "follow",
            str(ada.me().id),
        )
    finally:
        hang_up(bo, handle)


def test_nothing_arrives_from_people_whom_one_does_not_follow(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    ears = Ears()
    handle = listen(bo, ears)
    try:
        ada.status_post("Not for your home")
        own = bo.status_post("My own")
        kind, status = ears.next()
        assert (kind, str(status.id)) == ("update", str(own.id))
        assert ears.heard.empty()
    finally:
        hang_up(bo, handle)


@pytest.fixture
def socket_of(server: Running) -> Any:
    def open(client: Any, query: str = "") -> ClientConnection:
        address = server.address.replace("http", "ws", 1) + "/api/v1/streaming" + query
        return connect(address, additional_headers={"authorization": f"Bearer {client.access_token}"})

    return open


def next_of(socket: ClientConnection) -> tuple[list[str], str, Any]:
    message = json.loads(socket.recv(timeout=PATIENCE))
    payload = message["payload"]
    assert isinstance(payload, str)
    return (
        message["stream"],
        message["event"],
        payload if message["event"] == "delete" else json.loads(payload),
    )


def is_quiet(socket: ClientConnection, seconds: float = 1.0) -> bool:
    try:
        socket.recv(timeout=seconds)
    except TimeoutError:
        return True
    return False


def test_one_socket_carries_what_it_was_asked_for_and_stops_when_told(client: Client, socket_of: Any) -> None:
    ada, bo = client("ada"), client("bo")
    bo.account_follow(ada.me().id)
    with socket_of(bo) as socket:
        ada.status_post("Before anybody asked")
        assert is_quiet(socket)
        socket.send(json.dumps({"type": "subscribe", "stream": "user"}))
        assert is_quiet(socket, 0.5)
        post = ada.status_post("News")
        stream, event, status = next_of(socket)
        check_entity("Status", status)
        assert (stream, event, status["id"]) == (["user"], "update", str(post.id))
        bo.status_favourite(post.id)
        ada.account_follow(bo.me().id)
        stream, event, notification = next_of(socket)
        check_entity("Notification", notification)
        assert (stream, event, notification["type"]) == (["user"], "notification", "follow")
        ada.status_delete(post.id)
        assert next_of(socket) == (["user"], "delete", str(post.id))
        socket.send(json.dumps({"type": "unsubscribe", "stream": "user"}))
        assert is_quiet(socket, 0.5)
        ada.status_post("Nobody listens")
        assert is_quiet(socket)


def test_a_stream_in_the_address_is_open_from_the_start(client: Client, socket_of: Any) -> None:
    ada = client("ada")
    with socket_of(ada, "?stream=user") as socket:
        assert is_quiet(socket, 0.5)
        post = ada.status_post("To myself")
        assert next_of(socket)[2]["id"] == str(post.id)


@pytest.mark.parametrize(
    "said", ["", "x", "[]", "{}", '{"type":1}', '{"type":"subscribe","stream":"nope"}', "x" * 20_000]
)
def test_what_cannot_be_understood_is_answered_and_the_socket_stays(
    client: Client, socket_of: Any, said: str
) -> None:
    with socket_of(client("ada")) as socket:
        socket.send(said)
        answer = json.loads(socket.recv(timeout=PATIENCE))
        assert answer["error"]
        assert answer["status"] == 400


def test_a_message_beyond_measure_closes_the_socket_and_harms_nobody(client: Client, socket_of: Any) -> None:
    ada = client("ada")

    def shout() -> None:
        with socket_of(ada) as socket:
            socket.send("x" * 10_000_000)
            socket.recv(timeout=PATIENCE)

    with pytest.raises((ConnectionClosed, OSError)):
        shout()
    assert ada.me().username


@pytest.mark.parametrize("place", ["header", "query", "protocol"])
def test_a_token_is_taken_wherever_apps_put_it(client: Client, server: Running, place: str) -> None:
    ada = client("ada")
    address = server.address.replace("http", "ws", 1) + "/api/v1/streaming?stream=user"
    options: dict[str, Any] = {}
    if place == "header":
        options["additional_headers"] = {"authorization": f"Bearer {ada.access_token}"}
    elif place == "query":
        address += f"&access_token={ada.access_token}"
    else:
        options["subprotocols"] = [ada.access_token]
    with connect(address, **options) as socket:
        assert is_quiet(socket, 0.5)
        ada.status_post("Hello")
        assert next_of(socket)[1] == "update"


def test_without_a_good_token_there_is_no_stream(server: Running) -> None:
    address = server.address.replace("http", "ws", 1) + "/api/v1/streaming?stream=user&access_token=wrong"
    with pytest.raises((InvalidHandshake, ConnectionClosed)), connect(address) as socket:
        socket.recv(timeout=PATIENCE)


def test_a_stream_ends_when_its_token_is_revoked(client: Client, server: Running, socket_of: Any) -> None:
    ada = client("ada")
    with socket_of(ada, "?stream=user") as socket:
        assert is_quiet(socket, 0.5)
        server.command("person", "suspend", ada.me().username)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=PATIENCE)


def test_a_picture_arrives_with_an_address_of_the_one_who_listens(client: Client) -> None:
    ada, bo = client("ada"), client("bo")
    bo.account_follow(ada.me().id)
    ears = Ears()
    handle = listen(bo, ears)
    try:
        out = io.BytesIO()
        Image.new("RGB", (30, 20), "teal").save(out, "PNG")
        post = ada.status_post("Look", media_ids=[ada.media_post(out.getvalue(), mime_type="image/png")])
        kind, status = ears.next()
        assert (kind, str(status.id)) == ("update", str(post.id))
        address = status.media_attachments[0].url
        assert address == bo.status(post.id).media_attachments[0].url
        assert address != post.media_attachments[0].url
        assert httpx.get(address).status_code == 200
    finally:
        hang_up(ada, handle)
