// Indexes a folder of text files by passages, and finds the passage that is nearest to a question.
using BiGS.Pipelines;
using BiGS.Search;
using BiGS.Weights;

string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "notes");
string question = args.Length > 1 ? args[1] : "When are tomatoes planted?";

using SearchModel model = SearchModel.Open(ShippedModel.EmbeddingFolder);
IndexUpdate update = await SearchIndex.UpdateAsync(folder, model); // run again, it reads only what has changed
using SearchIndex index = SearchIndex.Open(update.IndexPath, model);
foreach (SearchHit hit in await index.SearchAsync(question, new SearchOptions { Top = 3 }))
{
    Console.WriteLine($"{hit.Score:f3}  {hit.Passage.File}: {hit.Passage.Text.ReplaceLineEndings(" ")}");
}
