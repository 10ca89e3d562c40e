"""The trained model: each day is judged by the days before it.

`series` removes the weekly season from the costs and finds lasting changes, `expectation` computes the usual
cost of a day and the residuals, `spread` the usual size of residuals, and `scores` puts them together. All
quantities are whole numbers: costs in millionths of a dollar, ratios and residuals in ten-thousandths.
Quotients are truncated.
"""
