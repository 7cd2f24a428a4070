"""What the status page shows, as data."""

from typing import Any

from llmsim.engine import Engine
from llmsim.ledger import Entry

RECENT = 25


def snapshot(sim: Engine, uptime: float) -> dict[str, Any]:
    """The state of a simulator now.  No prompt, no answer and no key is in it."""
    ledger = sim.ledger
    bill = ledger.bill()
    accounts = {name: vars(account) for name, account in bill.accounts.items()}
    return {
        "uptime": round(uptime, 1),
        "in_flight": ledger.in_flight,
        "peak_in_flight": ledger.peak_in_flight,
        "total": vars(bill.total),
        "models": [
            {
                "name": model.name,
                "rpm": model.limits.rpm,
                "tpm": model.limits.tpm,
                "input_price": model.input_price,
                "output_price": model.output_price,
                "account": accounts.get(model.name),
            }
            for model in sim.models.values()
        ],
        "recent": [_line(entry) for entry in ledger.latest(RECENT)],
    }


def _line(entry: Entry) -> dict[str, Any]:
    first = None if entry.first_token is None else round(entry.first_token - entry.start, 3)
    return {
        "model": entry.model,
        "at": round(entry.start, 3),
        "outcome": entry.outcome,
        "status": entry.status,
        # Decided from the start, but nobody could know yet.
        "fault": None if entry.outcome == "running" else entry.fault,
        "attempt": entry.attempt,
        "first": first,
        "seconds": None if entry.seconds is None else round(entry.seconds, 3),
        "tokens": entry.usage.total_tokens,
        "cost": entry.cost,
    }
