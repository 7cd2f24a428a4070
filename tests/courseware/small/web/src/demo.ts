t("demo.open"); t("demo.count", { n: 2 }); t(`demo.state-${state}`);
