using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using CllClip.Shared.Runs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

/// <summary>SIGTERM, as service managers and containers send it before they kill.</summary>
public sealed class ShutdownTests : IDisposable
{
    /// <summary>What containers are given.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Training_is_kept_at_once_though_a_transfer_holds_the_server()
    {
        var root = _folder.PreparedDataRoot();
        using var portal = PortalProcess.Portal(root, "--CllClip:Jobs:CheckpointSeconds=3600");
        var address = await portal.AddressAsync();
        using var client = new HttpClient { BaseAddress = address };
        var id = await LaunchAsync(client);
        await UntilAsync(
            async () => (await client.GetFromJsonAsync<RunView>($"/api/v1/runs/{id}", Cancelled))!.Progress is { Step: > 0 },
            Patience
        );

        using var slow = new TcpClient();
        await slow.ConnectAsync(address.Host, address.Port, Cancelled);
        await using var stream = slow.GetStream();
        var head =
            $"POST /api/v1/runs HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancelled);
        var trickle = TrickleAsync(stream);

        var since = Stopwatch.StartNew();
        portal.Terminate();
        await UntilAsync(() => Task.FromResult(State(root, id) == nameof(RunState.Queued)), Grace);
        Assert.False(portal.HasExited, $"The transfer did not hold the portal, so the test shows nothing ({since.Elapsed}).");
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(root, "runs", id, "chain"), "*within*"));
        portal.Kill(); // the grace is over
        await trickle;
    }

    private static async Task TrickleAsync(NetworkStream stream)
    {
        try
        {
            for (var i = 0; i < 100; i++)
            {
                await stream.WriteAsync(new byte[300], Cancelled);
                await Task.Delay(500, Cancelled);
            }
        }
        catch (IOException)
        {
            // the portal is gone
        }
    }

    private static string? State(string root, string id)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(root, "portal.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT State FROM Runs WHERE Id = $id";
        command.Parameters.AddWithValue("$id", id);
        return command.ExecuteScalar() as string;
    }

    private static async Task<string> LaunchAsync(HttpClient client)
    {
        var request = new
        {
            method = "cll-clip",
            teir = true,
            languages = new[] { "en", "de" },
            epochs = 50,
            device = "cpu",
        };
        string? id = null;
        await UntilAsync(
            async () =>
            {
                using var answer = await client.PostAsJsonAsync("/api/v1/runs", request, Cancelled);
                id = answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<RunView>(Cancelled))!.Id : null;
                return id is not null; // until the data set is open
            },
            Patience
        );
        return id!;
    }

    private static async Task UntilAsync(Func<Task<bool>> there, TimeSpan patience)
    {
        for (var watch = Stopwatch.StartNew(); !await there(); await Task.Delay(100, Cancelled))
        {
            Assert.True(watch.Elapsed < patience, $"not in {patience}");
        }
    }
}
