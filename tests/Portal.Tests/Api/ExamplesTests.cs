using System.Diagnostics;
using System.Text;
using CllClip.Examples;
using CllClip.Portal.Features.Webhooks;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>The programs of docs/examples do what they say: each is run against a real portal.</summary>
public sealed class ExamplesTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private const string Secret = "a secret of at least sixteen";

    [Theory]
    [InlineData("bash", "bash/tour.sh")]
    [InlineData("python3", "python/tour.py")]
    public async Task A_tour_in_a_shell_runs_to_its_end(string program, string file)
    {
        Assert.SkipUnless(PreparedData.IsThere && Has(program), $"{program} or the data set is not there.");
        var (code, output) = await RunAsync(program, [Path(file), portal.Address.ToString().TrimEnd('/')]);
        Assert.True(code == 0, output);
        CheckTour(output);
        Assert.Equal(0, await TotalAsync()); // it tidied up
    }

    [Fact]
    public async Task The_tour_in_csharp_runs_to_its_end()
    {
        Assert.SkipUnless(PreparedData.IsThere, "The data set is not there.");
        var output = new StringWriter();
        await Tour.RunAsync(portal.Address, Path("../images/search.png"), output, stop: TestContext.Current.CancellationToken);
        CheckTour(output.ToString());
        Assert.Contains("Completed after", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await TotalAsync());
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("python3")]
    [InlineData("C#")]
    public async Task A_genuine_message_is_told_from_forged_and_old_ones(string program)
    {
        Assert.SkipUnless(program == "C#" || (Has(program) && (program != "bash" || Has("openssl"))), $"{program} is not there.");
        const string Body = "{\"event\":\"run.completed\",\"text\":\"雪だるま %s \\n\"}";
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var right = WebhookEvents.Sign(Secret, now, Body);
        Assert.True(await VerifyAsync(program, now, right, Body));
        Assert.False(await VerifyAsync(program, now, right, Body + " "));
        Assert.False(await VerifyAsync(program, now - 1, right, Body));
        Assert.False(await VerifyAsync(program, now, right.Replace("sha256=", "", StringComparison.Ordinal), Body));
        Assert.False(await VerifyAsync(program, now - 400, WebhookEvents.Sign(Secret, now - 400, Body), Body));
        Assert.False(await VerifyAsync(program, now, WebhookEvents.Sign("another secret of sixteen", now, Body), Body));
    }

    private static void CheckTour(string output)
    {
        Assert.EndsWith("== done", output.TrimEnd(), StringComparison.Ordinal);
        foreach (var words in new[] { "cll-clip", "Completed", "imported " })
        {
            Assert.Contains(words, output, StringComparison.Ordinal);
        }
    }

    private async Task<int> TotalAsync() => (await portal.AskAsync("GET", "/api/v1/runs?q=tour")).Json.GetProperty("total").GetInt32();

    private static async Task<bool> VerifyAsync(string program, long timestamp, string signature, string body) =>
        program == "C#"
            ? VerifyWebhook.IsGenuine(Secret, $"{timestamp}", signature, Encoding.UTF8.GetBytes(body), DateTimeOffset.UtcNow)
            : (
                await RunAsync(
                    program,
                    [Path(program == "bash" ? "bash/verify-webhook.sh" : "python/verify_webhook.py"), $"{timestamp}", signature],
                    body
                )
            ).Code == 0;

    private static string Path(string file) => System.IO.Path.Combine(PreparedData.Root, "docs", "examples", file);

    private static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator)
            .Any(folder => File.Exists(System.IO.Path.Combine(folder, program)));

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] args, string? input = null)
    {
        var stop = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        (start.Environment["SECRET"], start.Environment["PYTHONUTF8"]) = (Secret, "1");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        return (process.ExitCode, $"{await output}\n{await errors}".TrimEnd());
    }
}
