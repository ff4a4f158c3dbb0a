"""What a questionnaire is: the one definition behind loader, schema, reference page and checks.

Every class here is frozen and refuses unknown keys. A field's `description` is the sentence that
`questionnaires/README.md` and editors show. Texts stand in the questionnaire's first language here; other
languages stand in `locales/<language>.yaml` (see `Locale`), by id.
"""

from bot.questionnaire.model.edition import (
    Edition,
    Texts,
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
    Form,
    Item,
    Norms,
    Prototype,
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
    "AnswerScale",
    "AnswerText",
    "Change",
    "Choice",
    "Consent",
    "ConsentText",
    "Edition",
    "Evidence",
    "Facts",
    "FolderId",
    "Form",
    "Https",
    "Id",
    "Item",
    "Language",
    "Link",
    "Links",
    "Locale",
    "LocaleStatus",
    "Model",
    "Norms",
    "Prototype",
    "Questionnaire",
    "Review",
    "Scale",
    "ScaleText",
    "ScaleWords",
    "SecondPart",
    "Segment",
    "SegmentText",
    "Sensitivity",
    "ShowIf",
    "Status",
    "Text",
    "Texts",
    "Tip",
    "TipMatter",
]
