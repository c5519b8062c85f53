// Indexes a folder of text files by passages, and finds the passage that is nearest to a question.
using BiGS.Pipelines;
using BiGS.Search;
using BiGS.Weights;

string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "notes");
string question = args.Length > 1 ? args[1] : "When are tomatoes planted?";

using SearchModel model = SearchModel.Open(ShippedModel.Folder);
IndexUpdate update = DocumentIndexer.Update(folder, model); // run again, it reads only what has changed
using PassageIndex index = PassageIndex.Open(update.IndexFolder);
foreach (PassageMatch match in index.Search(model, question, top: 3))
{
    Console.WriteLine($"{match.Score:f2}  {match.Passage.File}: {match.Passage.Text.ReplaceLineEndings(" ")}");
}
