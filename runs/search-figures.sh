#!/usr/bin/env bash
# The figures of docs/results/search.md: how well questions find their texts by words, vectors and both.
#   runs/search-figures.sh MODEL [OUT]      MODEL: a folder, or english; OUT: a folder for the results (default runs/search-figures)
# Data sets are looked for in BIGS_SHARED (default ../shared).
set -euo pipefail
model=${1:?a model folder}
out=${2:-runs/search-figures}
data=${BIGS_SHARED:-../shared}/data
wiki=$out/simple-wikipedia
mkdir -p "$wiki/qrels"

# Twenty questions over the articles of two splits of Simple Wikipedia, in the form of BEIR: an article's first line is its title.
python3 - "$data/corpus" docs/results/simple-wikipedia-questions.jsonl "$wiki" <<'PY'
import gzip, json, sys
corpus, questions, out = sys.argv[1:]
numbers = {}
with open(f"{out}/corpus.jsonl", "w") as file:
    for split in ("valid", "test"):
        for article in gzip.open(f"{corpus}/wiki_simple.{split}.txt.gz", "rt").read().split("\n\n"):
            if article := article.strip():
                title = article.split("\n")[0]
                numbers[title] = len(numbers)
                file.write(json.dumps({"_id": str(numbers[title]), "title": title, "text": article}) + "\n")
with open(f"{out}/queries.jsonl", "w") as queries, open(f"{out}/qrels/test.tsv", "w") as judgements:
    judgements.write("query-id\tcorpus-id\tscore\n")
    for number, line in enumerate(open(questions)):
        question = json.loads(line)
        queries.write(json.dumps({"_id": f"q{number}", "text": question["question"]}) + "\n")
        judgements.write(f"q{number}\t{numbers[question['title']]}\t1\n")
PY

measure() {
    ./bigs evaluate --task "$1" --model "$model" --data "$3" --json > "$out/$2.json"
    echo "$2: $(cat "$out/$2.json")"
}
measure retrieval simple-wikipedia-20 "$wiki"
measure retrieval xquad "$data/squad_like/xquad.en.json.gz"
measure retrieval policyqa "$data/squad_like/policyqa_test.json.gz"
measure retrieval boolq "$data/glue/boolq/validation.tsv.gz"
measure retrieval squad "$data/squad_like/squad_v1.1_subset_train.json.gz"
measure retrieval covidqa "$data/squad_like/covidqa_200423.json.gz"
measure embedding stsb "$data/glue/stsb/stsb-en-test.csv.gz"
