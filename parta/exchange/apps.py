from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "parta.exchange"
    label = "exchange"
