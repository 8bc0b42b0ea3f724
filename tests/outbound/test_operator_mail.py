"""Operators are mailed in the language of the shop, by the outbox that customers' mails use."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from tests.notices.mail_server import MailServerStub
from tests.outbound.receiver import Receiver
from tests.outbound.stage import Stage
from tests.support.actors import KIM
from tossbill_ui.core.language import Language
from tossbill_ui.core.settings import Settings
from tossbill_ui.notices.delivery import deliver
from tossbill_ui.notices.mailbox import newest
from tossbill_ui.outbound import endpoints
from tossbill_ui.outbound.models import EndpointState

ADDRESS = "ops@shop.example"
SUBJECTS = {
    "ko": "[Tossbill] 127.0.0.1에 보내는 웹훅을 껐어요",
    "en": "[Tossbill] Webhooks to 127.0.0.1 are turned off",
}


@pytest.fixture
def mail_server() -> Generator[MailServerStub]:
    stub = MailServerStub()
    stub.controller.start()
    yield stub
    stub.controller.stop()


async def turn_off(stage: Stage, receiver: Receiver) -> str:
    """Let a receiver answer that it is gone."""
    endpoint_id, _ = await stage.endpoint(receiver)
    receiver.status = 410
    await stage.publish()
    await stage.deliver()
    return endpoint_id


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_mail_names_the_endpoint_and_no_secret_of_its_url(
    stage: Stage, receiver: Receiver, mail_server: MailServerStub, language: Language
) -> None:
    changed = {
        "tossbill_operator_email": ADDRESS,
        "tossbill_locale": language,
        "tossbill_smtp_url": SecretStr(mail_server.url),
    }
    stage.rt = replace(stage.rt, settings=stage.rt.settings.model_copy(update=changed))

    endpoint_id = await turn_off(stage, receiver)
    assert await deliver(stage.rt) == 1

    [mail] = mail_server.messages
    assert (mail["To"], mail["Subject"]) == (ADDRESS, SUBJECTS[language])
    assert f"tossbill webhooks on {endpoint_id}" in mail.get_content()
    assert "/hook" not in mail.get_content()


async def test_a_sandbox_keeps_the_mail_in_its_mailbox(stage: Stage, receiver: Receiver) -> None:
    await turn_off(stage, receiver)
    await deliver(stage.rt)

    [mail] = await newest(stage.rt, limit=9)
    assert (mail.kind, mail.status, mail.address) == ("webhook_off", "kept", None)


async def test_a_shop_without_an_address_for_operators_writes_no_mail(
    stage: Stage, receiver: Receiver
) -> None:
    keys = {"toss_client_key": "test_ck_a", "toss_secret_key": SecretStr("test_sk_a")}
    endpoint_id, _ = await stage.endpoint(receiver)
    stage.rt = replace(stage.rt, settings=Settings(**keys))
    receiver.status = 410
    await stage.publish()
    await stage.deliver()

    assert (await stage.state(endpoint_id)).is_off
    assert await stage.mails() == []


async def test_each_time_that_an_endpoint_fails_is_told_anew(
    stage: Stage, receiver: Receiver
) -> None:
    endpoint_id = await turn_off(stage, receiver)
    await endpoints.update(stage.rt, KIM, endpoint_id, state=EndpointState.ON)
    stage.machine.advance(stage.rt.lease)
    await stage.publish()

    await stage.deliver()

    assert await stage.mails() == ["webhook_off"] * 2
