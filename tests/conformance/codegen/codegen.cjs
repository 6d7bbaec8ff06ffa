// As a front end would configure it: every scalar has a type of its own, and none may be forgotten.
module.exports = {
  schema: 'schema.graphql',
  documents: ['client.ts', '../examples/*.graphql'],
  generates: {
    'generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        strictScalars: true,
        scalars: { BigInt: 'number', Date: 'string', DateTime: 'string', JSON: 'Record<string, string>', URL: 'string' },
        useTypeImports: true,
        enumsAsTypes: true,
        importExtension: '.js',
      },
    },
  },
};
