"""Every table of the app: imported for its effect on ``SQLModel.metadata``."""

from sqlmodel import SQLModel

from tossbill_ui.customers import models as _customers
from tossbill_ui.operators import models as _operators
from tossbill_ui.payment_methods import models as _payment_methods

TABLES = (_customers, _operators, _payment_methods)
metadata = SQLModel.metadata
