using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Layout;

var builder = WebApplication.CreateBuilder(args);
builder.AddPortalAccess();
builder.Services.AddPortalUi();
builder.Services.AddPortalApi();

var app = builder.Build();
app.UsePortalAccess();
app.UsePortalUi();
app.UsePortalApi();
app.MapPortalUi();
app.MapPortalApi();
app.Run();

/// <summary>The portal's entry point; public so that tests can host it.</summary>
public partial class Program;
