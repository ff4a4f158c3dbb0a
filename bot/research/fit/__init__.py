"""From people who answered the long form to a typing tool: models, forms, thresholds, their worth.

Law: everything that is chosen is chosen inside the training part of a fold, and every figure that is told
comes from people whom nothing was chosen on.

In the order of the work: `bank` and `people` (what is asked, who answered), `rules` (how the long form
decides), `normal` and `classes` (models for many people at once), `asking` (whole interviews at once),
`candidates` (what is compared), `shortening` (fixed forms), `stopping` (thresholds), `figures` (how good),
`fitting` (all of it), `told` and `pictures` (what a researcher sees), `writing` (the new folder).

Needs the extra `research`; nothing outside of this folder imports it but the command.
"""
