"""What a questionnaire is: the one definition behind loader, schema, reference page and checks.

Every class here is frozen and refuses unknown keys. A field's `description` is the sentence that
`questionnaires/README.md` and editors show. Texts stand in the questionnaire's first language here; other
languages stand in `locales/<language>.yaml` (see `Locale`), by id.
"""

from bot.questionnaire.model.edition import (
    Edition,
    Texts,
)
from bot.questionnaire.model.forms import (
    AdaptiveRule,
    Form,
    Quality,
)
from bot.questionnaire.model.locale import (
    AnswerText,
    ConsentText,
    Locale,
    LocaleStatus,
    ScaleText,
    SegmentText,
)
from bot.questionnaire.model.primitives import (
    FolderId,
    Https,
    Id,
    Language,
    Model,
    Text,
)
from bot.questionnaire.model.questionnaire import (
    AnswerScale,
    Change,
    Choice,
    Consent,
    Evidence,
    Item,
    Norms,
    Questionnaire,
    Review,
    Scale,
    ScaleWords,
    SecondPart,
    Segment,
    Sensitivity,
    ShowIf,
    Status,
)
from bot.questionnaire.model.segment_models import (
    AnyModel,
    Gaussian,
    JointNormal,
    LatentClass,
    Linear,
    Prototype,
    Rule,
    SegmentModel,
)
from bot.questionnaire.model.tip import (
    NEUTRAL,
    Facts,
    Link,
    Links,
    Tip,
    TipMatter,
)

__all__ = [
    "NEUTRAL",
    "AdaptiveRule",
    "AnswerScale",
    "AnswerText",
    "AnyModel",
    "Change",
    "Choice",
    "Consent",
    "ConsentText",
    "Edition",
    "Evidence",
    "Facts",
    "FolderId",
    "Form",
    "Gaussian",
    "Https",
    "Id",
    "Item",
    "JointNormal",
    "Language",
    "LatentClass",
    "Linear",
    "Link",
    "Links",
    "Locale",
    "LocaleStatus",
    "Model",
    "Norms",
    "Prototype",
    "Quality",
    "Questionnaire",
    "Review",
    "Rule",
    "Scale",
    "ScaleText",
    "ScaleWords",
    "SecondPart",
    "Segment",
    "SegmentModel",
    "SegmentText",
    "Sensitivity",
    "ShowIf",
    "Status",
    "Text",
    "Texts",
    "Tip",
    "TipMatter",
]
