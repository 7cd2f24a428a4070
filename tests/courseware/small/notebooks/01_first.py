# %% [markdown] block="waiting" tags=["zh"]
# ## 等待 {#waiting}
# 见 {doc:02_01}，共 {path:quick.minutes} 分钟；快了 {claim:speed-up}。
#
# ```widget
# predict three-waits
# ```
#
# ```widget
# failure-lab one-fails
# ```
#
# ```widget
# slider branches
# ```
#
# ```widget
# quiz first
# ```
#
# ```widget
# exercise gather
# ```
#
# ```widget
# task first
# ```

# %% [markdown] block="waiting" tags=["en"]
# ## Waiting {#waiting}
# See {doc:02_01}, {path:quick.minutes} minutes in all; a gain of {claim:speed-up}.
#
# ```widget
# predict three-waits
# ```
#
# ```widget
# failure-lab one-fails
# ```
#
# ```widget
# slider branches
# ```
#
# ```widget
# quiz first
# ```
#
# ```widget
# exercise gather
# ```
#
# ```widget
# task first
# ```

# %% block="run"
print(1)
