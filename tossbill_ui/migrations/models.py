"""All tables of the app, imported for their effect on ``SQLModel.metadata``."""

from sqlmodel import SQLModel

from tossbill_ui.api_keys import models as _api_keys
from tossbill_ui.audit import models as _operators
from tossbill_ui.core import pubsub_between_processes as _changes
from tossbill_ui.customers import models as _customers
from tossbill_ui.events import models as _events
from tossbill_ui.notices import models as _notices
from tossbill_ui.outbound import models as _outbound
from tossbill_ui.payment_methods import models as _payment_methods
from tossbill_ui.payments import models as _payments
from tossbill_ui.subscriptions import models as _subscriptions
from tossbill_ui.webhooks import models as _webhooks

TABLES = (
    _api_keys,
    _changes,
    _customers,
    _events,
    _notices,
    _operators,
    _outbound,
    _payment_methods,
    _payments,
    _subscriptions,
    _webhooks,
)
metadata = SQLModel.metadata
