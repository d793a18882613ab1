using CllClip.Portal.Access;
using CllClip.Portal.Api;
using CllClip.Portal.Commands;
using CllClip.Portal.Features.Answers;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Features.Compare;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Diagnostics;
using CllClip.Portal.Features.Import;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Mlflow;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Uploads;
using CllClip.Portal.Features.Webhooks;
using CllClip.Portal.Health;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Layout;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;

if (CommandLine.IsCommand(args))
{
    return await CommandLine.RunAsync(args);
}
try
{
    var builder = PortalHosting.CreateBuilder(args);
    builder.AddPortalHosting();
    builder.AddPortalAccess();
    builder.Services.AddPortalStorage();
    builder.Services.AddAudit(builder.Configuration);
    builder.Services.AddPortalJobs();
    builder.Services.AddWebhooks(builder.Configuration);
    builder.Services.AddGuardedRunDesk();
    builder.Services.AddUploads();
    builder.Services.AddCorpora();
    builder.Services.AddPortalDatasets();
    builder.Services.AddPruning();
    builder.Services.AddPageLocalization();
    builder.Services.AddPortalUi();
    builder.Services.AddPortalApi();
    builder.Services.AddModelPages();
    builder.Services.AddLeaderboard();
    builder.Services.AddScoreImport();
    builder.Services.AddComparison();
    builder.Services.AddAnswers();
    builder.Services.AddSearch();
    builder.Services.AddPortalHealth();
    builder.Services.AddSearchMetrics();
    builder.Services.AddDiagnosticsPages();

    var app = builder.Build();
    app.UsePortalHosting();
    app.UsePortalAccess();
    app.UsePageLocalization();
    app.UsePortalUi();
    app.UsePortalApi();
    app.MapPortalUi();
    app.MapPageLocalization();
    app.MapPortalApi();
    app.MapTus();
    app.MapLeaderboardApi();
    app.MapImportApi();
    app.MapMlflowApi();
    app.MapWebhooksApi();
    app.MapAuditApi();
    app.MapStorageApi();
    app.MapDiagnosticsApi();
    app.MapCompareApi();
    app.MapAnswersApi();
    app.MapPortalHealth();
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (StartupError.Explain(error) is { } words)
{
    await Console.Error.WriteLineAsync(words);
    return 1;
}

/// <summary>The portal's entry point; public so that tests can host it.</summary>
public partial class Program;
