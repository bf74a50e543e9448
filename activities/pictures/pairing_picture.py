"""The picture of 村企共建: who is paired with whom, each group drawn on its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from activities.models import Pairing
from activities.models.pairing import PairingQuerySet

WIDTH, ROW, MARGIN = 340, 30, 8  # of a drawing, in its own units
LEFT, RIGHT = 118, 222  # x of the nodes of villages and enterprises
MOST = 60  # groups that are drawn
NAME = 7  # characters of a name beside its node
HIDDEN = {"village": "某村", "enterprise": "某企业"}
Key = tuple[str, Any]  # which side, and the key of the row


@dataclass(frozen=True)
class Node:
    """A village or an enterprise in a drawing, with its public name."""

    name: str
    links: int
    x: int
    y: int

    @property
    def short(self) -> str:
        return self.name if len(self.name) <= NAME else f"{self.name[: NAME - 1]}…"

    @property
    def is_hub(self) -> bool:
        return self.links > 1


@dataclass(frozen=True)
class PairingCluster:
    """Villages and enterprises connected by pairings.

    ``kind`` is one of ``KINDS``; ``links`` are (village, enterprise).
    """

    township: str
    villages: list[Node]
    enterprises: list[Node]
    links: list[tuple[Node, Node]]

    @property
    def kind(self) -> str:
        if len(self.villages) == 1:
            return "firms" if len(self.enterprises) > 1 else "single"
        return "villages" if len(self.enterprises) == 1 else "both"

    @property
    def name(self) -> str:
        """What the one that is tied to several is called, or where they all are."""
        hubs = {"firms": self.villages, "villages": self.enterprises}.get(self.kind)
        return hubs[0].name if hubs else self.township

    @property
    def height(self) -> int:
        rows = max(len(self.villages), len(self.enterprises))
        return rows * ROW + 2 * MARGIN

    @property
    def words(self) -> str:
        """What the drawing shows, for those who cannot see it."""
        ties = (f"{village.name}—{firm.name}" for village, firm in self.links)
        return f"{len(self.villages)} 村 {len(self.enterprises)} 企：{'，'.join(ties)}"


# Kind: heading, what it means.
KINDS = {
    "firms": ("一村多企", "一个村由几家企业共同帮扶"),
    "villages": ("一企多村", "一家企业同时帮扶几个村"),
    "both": ("多村多企", "几个村和几家企业相互连在一起"),
    "single": ("一村一企", "一个村和一家企业结对"),
}


def groups_of(pairings: PairingQuerySet) -> list[PairingCluster]:
    """Return who is paired with whom, the largest groups first.

    A name is shown only if the enterprise agreed in every pairing of the node,
    otherwise a link would reveal it.
    """
    rows = list(pairings.with_names())
    agreed: dict[Key, bool] = {}
    ties: dict[Key, set[Key]] = {}
    names: dict[Key, str] = {}
    towns: dict[Key, str] = {}
    for row in rows:
        village, firm = ends_of(row)
        names |= {village: row.village.name, firm: row.enterprise.name}
        towns[village] = row.village.parent.name if row.village.parent else "未载明"
        for one, other in ((village, firm), (firm, village)):
            agreed[one] = agreed.get(one, True) and row.publish_consent
            ties.setdefault(one, set()).add(other)
    public = {key: names[key] if agreed[key] else HIDDEN[key[0]] for key in ties}
    groups = [group_of(keys, ties, public, towns) for keys in clusters_of(ties)]
    return sorted(groups, key=lambda g: (-len(g.links), g.township, g.words))


def ends_of(row: Pairing) -> tuple[Key, Key]:
    return ("village", row.village_id), ("enterprise", row.enterprise_id)


def group_of(
    keys: list[Key],
    ties: dict[Key, set[Key]],
    names: dict[Key, str],
    towns: dict[Key, str],
) -> PairingCluster:
    """Lay out a group: villages on the left, enterprises on the right."""
    sides = {side: [key for key in keys if key[0] == side] for side in HIDDEN}
    height = max(map(len, sides.values())) * ROW
    nodes: dict[Key, Node] = {}
    for side, x in (("village", LEFT), ("enterprise", RIGHT)):
        gap = height / len(sides[side])
        for turn, key in enumerate(sides[side]):
            y = round(MARGIN + gap * turn + gap / 2)
            nodes[key] = Node(names[key], len(ties[key]), x, y)
    return PairingCluster(
        "、".join(dict.fromkeys(towns[key] for key in sides["village"])),
        [nodes[key] for key in sides["village"]],
        [nodes[key] for key in sides["enterprise"]],
        [
            (nodes[key], nodes[other])
            for key in sides["village"]
            for other in sorted(ties[key])
        ],
    )


def clusters_of(ties: dict[Key, set[Key]]) -> Iterable[list[Key]]:
    """Yield groups of connected keys, in order of occurrence."""
    seen: set[Key] = set()
    for start in ties:
        if start in seen:
            continue
        seen.add(start)
        cluster, queue = [], [start]
        while queue:
            key = queue.pop(0)
            cluster.append(key)
            news = [other for other in sorted(ties[key]) if other not in seen]
            seen |= set(news)
            queue += news
        yield cluster
