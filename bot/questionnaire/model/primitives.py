"""The small types that every file's model is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
"""An id of an item, choice, scale, form or segment: legal at once in SPSS, Stata, R and SQL."""

FolderId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
"""The id of a questionnaire or organisation: the name of its folder."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
"""A BCP 47 language tag."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

Https = Annotated[str, StringConstraints(pattern=r"^https://[^\s/@]+(/\S*)?$", max_length=500)]


class Model(BaseModel):
    """A frozen value that refuses keys it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
