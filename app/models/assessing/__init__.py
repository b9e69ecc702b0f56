"""Assessment: where partners stand on a day, computed set-based from facts, stored, and acted on (P5 to P11)."""

from app.models.assessing.live import assess, standing
from app.models.assessing.standing import Standing
from app.models.assessing.steps import Benefit, Obligation, Step
from app.models.assessing.storing import foresee, reassess, store
from app.models.assessing.verdicts import Outcome

__all__ = [
    "Benefit",
    "Obligation",
    "Outcome",
    "Standing",
    "Step",
    "assess",
    "foresee",
    "reassess",
    "standing",
    "store",
]
