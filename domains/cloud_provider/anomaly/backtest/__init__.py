"""The backtest of anomaly models: known anomalies in days that were held out, and who finds them.

`panels` assembles series of daily costs, real and made-up; `injection` puts seeded anomalies into their last
weeks; `cases` adds what people confirmed or explained; `figures` compares the days that models flag with the
cases; `promotion` decides. Frames go in and out; only sums by model, panel and kind reach the driver.
"""
