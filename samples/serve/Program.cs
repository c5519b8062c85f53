// Adds BiGS's HTTP endpoints to an ASP.NET Core application: POST /embed, /fill-mask, /v1/embeddings and the others.
using BiGS.Server;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddBiGS(); // options => options.Models.Add(new BiGSModelOptions("runs/mine")) serves yours

WebApplication app = builder.Build();
app.MapBiGS();
app.Run();
