"""Promotion events, as a file."""

from redleader.records.column import Column, Kind

COLUMNS = [
    Column("名称", width=36, value=lambda row: row.name),
    Column("举办日期", Kind.DATE, 12, lambda row: row.held_on),
    Column("举办城市", width=16, value=lambda row: row.place),
    Column("主办", width=26, value=lambda row: row.host),
    Column("来宾人数", Kind.INTEGER, 10, lambda row: row.guests),
    Column("带来的项目", Kind.INTEGER, 12, lambda row: row.brought),
]
