# Side by Side · 并肩.  `make` alone lists what there is.  Every target installs what it needs first.

PORT ?= 8000
LANGUAGE ?= $(if $(filter zh%,$(LANG)),zh,en)
SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export NO_MKDOCS_2_WARNING := 1
COURSE := .venv/bin/python -m courseware

.DEFAULT_GOAL := help
.PHONY: help setup serve build dev lab check lint types test test-python test-browser conformance soak bench bench-site lock clean

help: ## List the targets · 列出全部目标
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | column -t -s '|'

setup: ## Install what is missing · 安装缺少的依赖
	@PATH="$(SYSTEM_PATH)" PYTHON="$(PYTHON)" scripts/setup

serve: setup ## Build the course and serve it on PORT (8000) · 构建课程并在 PORT（默认 8000）上提供
	@$(COURSE) build
	@$(COURSE) serve --port $(PORT)

build: setup ## Build the site into site/ · 构建站点到 site/
	@$(COURSE) build

dev: setup ## Live editing of one LANGUAGE · 边写边看
	@$(COURSE) dev $(LANGUAGE) --port $(PORT)

lab: setup ## The lessons in JupyterLab (LANGUAGE=zh or en) · 在 JupyterLab 中打开课程
	@$(COURSE) lab $(LANGUAGE)

check: setup ## Check the course's data and lessons · 检查课程数据与课文
	@$(COURSE) check

lint: setup ## Style of the code · 代码风格
	@ruff check .
	@ruff format --check .

types: setup ## Strict types, Python and TypeScript · 严格类型检查
	@mypy
	@npm run --silent --prefix web types

test: setup lint types check build test-python conformance test-browser ## Everything that must hold before a change lands · 合入前必须通过的全部检查

test-python: setup ## Tests that need no browser · 不需要浏览器的测试
	@pytest -n 2 -m "not browser and not soak"

test-browser: build ## The built site in a real Chromium · 在真实 Chromium 中测试构建好的站点
	@pytest -m "browser and not soak" tests/browser

conformance: setup ## LangChain's own tests against our drop-in · 用 LangChain 自己的测试检验替换类
	@python -m tests.fanout.conformance

bench: setup ## The ratio tables · 性能对比表
	@python -m benchmarks

bench-site: build ## What a page moves, and Lighthouse · 页面体积与 Lighthouse 评分
	@python -m benchmarks.site_speed

soak: build ## The long runs: stress, every page in every state · 长时间压力测试与完整矩阵
	@pytest -m soak

lock: setup ## Resolve requirements.in into requirements.txt · 重新锁定依赖
	@pip install --quiet uv==0.13.8
	@uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header requirements.in | \
	  (echo '# Everything pinned. Resolved from requirements.in by `make lock`; do not edit by hand.'; cat) > requirements.txt

clean: ## Remove what was built; the installed packages and the lessons' cache stay · 删除构建产物
	@rm -rf build site test-results
