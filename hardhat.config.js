// Compiles with the `solc` package of the lock file, so that a build downloads no compiler.
const { subtask } = require("hardhat/config");
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require("hardhat/builtin-tasks/task-names");
const solc = require("solc");
const { version, settings } = require("./scripts/lib/compiler_settings.json");

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({ solcVersion }) => {
  const longVersion = solc.version();
  if (!longVersion.startsWith(`${solcVersion}+`)) {
    throw new Error(`the lock file installs solc ${longVersion}, but a contract asks for ${solcVersion}`);
  }
  return { version: solcVersion, longVersion, compilerPath: require.resolve("solc/soljson.js"), isSolcJs: true };
});

module.exports = {
  solidity: {
    version,
    settings: {
      ...settings,
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  },
  paths: {
    sources: "./contracts",
    tests: "./tests/contracts/hardhat",
    cache: "./cache/hardhat",
    artifacts: "./artifacts-hardhat",
  },
};
