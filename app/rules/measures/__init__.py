"""P8: how a parameter is measured.

A measure says which facts count, how they are added up, and over which days. It knows no database: it names
the *aggregates* it needs, is given their figures, and answers with a number or with "not computable" and why.

The shape below is what program files (YAML) and the database (jsonb) hold. `from_dict` reads it, `to_dict` writes
it canonically (this order of keys, defaults written out).

    {count: leads, counting: converted, where: {source: [Website]}, over: program year}
    {sum: order lines, of: amount, where: {category: [Bikes]}, over: calendar year}
    {distinct: certificates, of: people, where: {subject: [Sales]}, over: ever}
    {value: latest, over: program year}                     entered by staff or imported (kind measurements); latest or sum
    {artefact: Business plan, fresh for: 365 days}          1 when a file of that category was filed within so many days, else 0
    {net count: {plus: MEASURE, minus: MEASURE}}
    {ratio: MEASURE, to: MEASURE, as: percent}              as: number (default) or percent
    {growth: MEASURE}                                       percent, against the whole period before
    {share: MEASURE, of: MEASURE}                           percent

Nouns that can be counted: leads, opportunities, orders, order lines, certificates, trainings (`SOURCES` says what
each allows). `counting` chooses which rows of a noun and by which day:

    leads          converted (by day of conversion; default), satisfied (converted and its opportunity won, by the
                   closing day of that deal), registered (by day of creation)
    opportunities  won (won and confirmed, by closing day; default), lost (by closing day), registered (by day of creation)
    orders, lines  by order day, when confirmed, fulfilled or closed, unless `where: {status: …}` says otherwise
    certificates   by the day passed; an expired one never counts

Windows (`over`): program year (default), partnership year, calendar year, quarter, rolling N months, since the last
tier change, ever (default of certificates and trainings). Facts after the day asked for never count.

Percents are numbers as shown: 12.5 means 12.5 %. Growth from zero and a ratio over zero are not computable.
"""

from app.rules.measures.compared import Growth, NetCount, Ratio, Share
from app.rules.measures.entered import Artefact, Value
from app.rules.measures.facts import (
    EXACT,
    SOURCES,
    Aggregate,
    Figure,
    Figures,
    Function,
    NotComputable,
    Source,
    Unit,
)
from app.rules.measures.measure import Measure, from_dict
from app.rules.measures.tallies import Count, Distinct, Sum, Tally
from app.rules.periods import Window, WindowKind, window_names

__all__ = [
    "EXACT",
    "SOURCES",
    "Aggregate",
    "Artefact",
    "Count",
    "Distinct",
    "Figure",
    "Figures",
    "Function",
    "Growth",
    "Measure",
    "NetCount",
    "NotComputable",
    "Ratio",
    "Share",
    "Source",
    "Sum",
    "Tally",
    "Unit",
    "Value",
    "Window",
    "WindowKind",
    "from_dict",
    "window_names",
]
