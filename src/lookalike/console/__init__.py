"""Pages for people, brought to life by htmx. They lead to the same verbs as the API and decide nothing."""

from dataclasses import dataclass, field
from threading import Event

from lookalike.access import Verifier
from lookalike.access.authorization import Authorization
from lookalike.access.rates import Rates
from lookalike.console.links import Links
from lookalike.operations.artefacts import Artefacts
from lookalike.operations.audit import Audit
from lookalike.operations.buckets import Buckets
from lookalike.operations.deliveries import Deliveries
from lookalike.operations.health import Health
from lookalike.operations.jobs import Jobs
from lookalike.operations.previews import Previews
from lookalike.operations.webhooks import Webhooks


@dataclass(frozen=True)
class Desk:
    """
    What the pages are handed.

    Attributes:
        links: Sign-in links of a service that issues its own tokens; None: it does not.
        authorization: Signing in at an issuer; None: nobody does.
        closing: Set when the service is about to end.
    """

    jobs: Jobs
    previews: Previews
    artefacts: Artefacts
    buckets: Buckets
    webhooks: Webhooks
    deliveries: Deliveries
    audit: Audit
    health: Health
    verifier: Verifier
    rates: Rates
    links: Links | None
    authorization: Authorization | None
    closing: Event = field(default_factory=Event)
