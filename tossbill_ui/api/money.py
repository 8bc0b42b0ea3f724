"""Payments, invoices and refunds: read, and payments refunded."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Query
from pydantic import AfterValidator, Field, StrictBool, model_validator

from tossbill_ui import runtime
from tossbill_ui.api.authentication import Program
from tossbill_ui.api.references import checked
from tossbill_ui.api.requests import MOST_KRW, AnId, Body, CustomerRef, ObjectId, Part
from tossbill_ui.api.routing import TheCommand, needs, new_router
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core.text import clean
from tossbill_ui.customers.service import id_of
from tossbill_ui.payments.models import InvoiceStatus, PaymentStatus
from tossbill_ui.resources import invoices, payments, refunds
from tossbill_ui.resources.invoices import Invoice
from tossbill_ui.resources.lists import Page
from tossbill_ui.resources.owned import Wanted
from tossbill_ui.resources.payments import Payment
from tossbill_ui.resources.refunds import Refund
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions.refund import refund_payment

MayRead = needs(ApiScope.READ)
MayRefund = Annotated[Program, needs(ApiScope.REFUNDS)]
NOTE_LENGTH = 200

router = new_router("Payments")


class OwnedPart(Part):
    """The rows that are wanted."""

    customer: CustomerRef | None = None
    """Only this customer's."""

    subscription: AnId | None = None
    """Only of the subscription with this id."""


class PaymentPart(OwnedPart):
    """The payments or refunds that are wanted."""

    status: PaymentStatus | None = None
    """Only in this status; together with a customer or a subscription."""


class InvoicePart(OwnedPart):
    """The invoices that are wanted."""

    status: InvoiceStatus | None = None
    """Only in this status; together with a customer or a subscription."""


def _note(text: str) -> str:
    """Return a note as it can be seen."""
    if not (cleaned := clean(text, limit=NOTE_LENGTH)):
        raise ValueError("a reason has to be seen")
    return cleaned


class RefundBody(Body):
    """How much of a payment is refunded: either an amount or everything that is left."""

    amount_krw: int | None = Field(default=None, strict=True, ge=1, le=MOST_KRW, examples=[3000])
    """How much, in whole won."""

    all: StrictBool = False
    """Everything that is left."""

    reason: Annotated[str, AfterValidator(_note)] = Field(
        min_length=1, max_length=NOTE_LENGTH, examples=["late delivery"]
    )
    """A note for the shop, here and at Toss."""

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if self.all == (self.amount_krw is not None):
            raise ValueError("give either amount_krw or all = true")
        return self


@router.get("/payments", dependencies=[MayRead])
async def list_payments(part: Annotated[PaymentPart, Query()]) -> Page[Payment]:
    """List payments, newest first."""
    rt = runtime.current()
    wanted = await _wanted(rt, part, part.status)
    async with rt.db.read() as db:
        return await payments.page(db, part.window, wanted)


@router.get("/payments/{payment_id}", dependencies=[MayRead])
async def get_payment(payment_id: ObjectId) -> Payment:
    """Get a payment by its id, or by the order id that Toss shows."""
    async with runtime.current().db.read() as db:
        return await payments.get(db, payment_id)


@router.get("/invoices", dependencies=[MayRead])
async def list_invoices(part: Annotated[InvoicePart, Query()]) -> Page[Invoice]:
    """List invoices, newest first."""
    rt = runtime.current()
    wanted = await _wanted(rt, part, part.status)
    async with rt.db.read() as db:
        return await invoices.page(db, part.window, wanted)


@router.get("/invoices/{invoice_id}", dependencies=[MayRead])
async def get_invoice(invoice_id: ObjectId) -> Invoice:
    """Get an invoice."""
    async with runtime.current().db.read() as db:
        return await invoices.get(db, invoice_id)


@router.get("/refunds", dependencies=[MayRead])
async def list_refunds(part: Annotated[PaymentPart, Query()]) -> Page[Refund]:
    """List refunds, newest first."""
    rt = runtime.current()
    wanted = await _wanted(rt, part, part.status)
    async with rt.db.read() as db:
        return await refunds.page(db, part.window, wanted)


@router.get("/refunds/{refund_id}", dependencies=[MayRead])
async def get_refund(refund_id: ObjectId) -> Refund:
    """Get a refund."""
    return await _refund(refund_id)


@router.post("/payments/{payment_id}/refund", status_code=201)
async def refund(
    payment_id: ObjectId, body: RefundBody, program: MayRefund, command: TheCommand
) -> Refund:
    """Refund a payment, or a part of it; it is sent to Toss within seconds.

    The subscription goes on: canceling is another command.
    """
    if not command.was_done:
        await refund_payment(
            runtime.current(),
            program.actor,
            payment_id,
            amount_krw=body.amount_krw,
            reason=body.reason,
            refund_id=command.object_id,
        )
    return await _refund(command.object_id)


async def _refund(refund_id: str) -> Refund:
    async with runtime.current().db.read() as db:
        return await refunds.get(db, refund_id)


async def _wanted(rt: Runtime, part: OwnedPart, status: str | None) -> Wanted:
    customer_id = await id_of(rt, checked(part.customer)) if part.customer else None
    return Wanted(customer_id=customer_id, subscription_id=part.subscription, status=status)
