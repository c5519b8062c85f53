#!/usr/bin/env bash
# The figures of docs/results/search.md: how well questions find their texts by words, vectors and both.
#   runs/search-figures.sh MODEL [OUT]      MODEL: a folder, or english; OUT: a folder for the results (default runs/search-figures)
# Data sets are looked for in BIGS_SHARED (default ../shared).
set -euo pipefail
model=${1:?a model folder}
out=${2:-runs/search-figures}
data=${BIGS_SHARED:-../shared}/data
wiki=$out/simple-wikipedia
mkdir -p "$out"

# Twenty questions over the articles of two splits of Simple Wikipedia, and the half of the SQuAD subset that english-embed did not learn from.
dotnet run runs/simple-wikipedia.cs -- "$data/corpus" docs/results/simple-wikipedia-questions.jsonl "$wiki"
dotnet run runs/embedding-texts.cs -- "$data" "$out/texts"

measure() {
    ./bigs evaluate --task "$1" --model "$model" --data "$3" --json > "$out/$2.json"
    echo "$2: $(cat "$out/$2.json")"
}
measure retrieval simple-wikipedia-20 "$wiki"
measure retrieval xquad "$data/squad_like/xquad.en.json.gz"
measure retrieval policyqa "$data/squad_like/policyqa_test.json.gz"
measure retrieval boolq "$data/glue/boolq/validation.tsv.gz"
measure retrieval squad "$out/texts/squad-evaluation.json"
measure retrieval covidqa "$data/squad_like/covidqa_200423.json.gz"
measure embedding stsb "$data/glue/stsb/stsb-en-test.csv.gz"
