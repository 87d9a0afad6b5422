"""Fields of forms for days and moments within reach (see core/moments.py), which programs know nothing of."""

from typing import Any

import wtforms

from studio.core.moments import reached


class DateField(wtforms.DateField):
    """WTForms' own, which refuses a day out of reach."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read it. Raises ValueError in words."""
        super().process_formdata(valuelist)
        self.data = reached(self.data)


class DateTimeLocalField(wtforms.DateTimeLocalField):
    """The same for a moment by a wall clock."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read it. Raises ValueError in words."""
        super().process_formdata(valuelist)
        self.data = reached(self.data)
