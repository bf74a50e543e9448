"""The filter ``money``: yuan as people read them."""

from django import template

from redleader.records.money import say_money

register = template.Library()
register.filter("money", say_money)
