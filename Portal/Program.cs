using CllClip.Portal.Layout;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddPortalUi();

var app = builder.Build();
app.UsePortalUi();
app.MapPortalUi();
app.Run();

/// <summary>The portal's entry point; public so that tests can host it.</summary>
public partial class Program;
