using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CllClip.Portal.Features.Webhooks;
using CllClip.Portal.Tests.Api;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Webhooks;

/// <summary>The end of runs told to a real server: signed, again after failures and restarts, never where it may not go.</summary>
public sealed class WebhookTests
{
    private const string Secret = "a secret of at least sixteen";

    [Fact]
    public async Task The_end_of_a_run_is_told_once_and_signed()
    {
        await using var receiver = await Receiver.StartAsync();
        using var portal = Portal(receiver);
        var id = await RegisterAsync(portal, receiver);
        End(portal, "a", RunState.Completed);
        var message = Assert.Single(await receiver.WaitAsync(1, Stop));

        // as a receiver does it, with nothing of the portal's own code
        var timestamp = message.Headers["X-CllClip-Timestamp"];
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{timestamp}.{message.Body}"));
        Assert.Equal($"sha256={Convert.ToHexStringLower(mac)}", message.Headers["X-CllClip-Signature"]);
        Assert.InRange(
            long.Parse(timestamp, CultureInfo.InvariantCulture),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1
        );
        using var json = JsonDocument.Parse(message.Body);
        Assert.Equal("run.completed", json.RootElement.GetProperty("event").GetString());
        Assert.Equal(
            ("a", "Completed"),
            (
                json.RootElement.GetProperty("run").GetProperty("id").GetString(),
                json.RootElement.GetProperty("run").GetProperty("state").GetString()
            )
        );
        Assert.Equal(message.Headers["X-CllClip-Delivery"], json.RootElement.GetProperty("deliveryId").GetString());
        Assert.Equal("run.completed", message.Headers["X-CllClip-Event"]);

        var delivery = await DeliveryAsync(portal, id, d => d.GetProperty("state").GetString() == "delivered");
        Assert.Equal((1, 204), (delivery.GetProperty("attempts").GetInt32(), delivery.GetProperty("status").GetInt32()));
        var log = await LogAsync(portal, "a", "was told of run.completed");
        Assert.Contains("127.0.0.1", log, StringComparison.Ordinal);
        Assert.DoesNotContain("key=1", log, StringComparison.Ordinal); // the address may hold a password
    }

    [Fact]
    public async Task After_an_error_the_same_message_comes_again()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = count => Task.FromResult(count == 1 ? 500 : 200);
        using var portal = Portal(receiver);
        var id = await RegisterAsync(portal, receiver);
        End(portal, "a", RunState.Failed);
        var came = await receiver.WaitAsync(2, Stop);
        Assert.Equal(came[0].Body, came[1].Body);
        var delivery = await DeliveryAsync(portal, id, d => d.GetProperty("state").GetString() == "delivered");
        Assert.Equal((2, 200), (delivery.GetProperty("attempts").GetInt32(), delivery.GetProperty("status").GetInt32()));
        await LogAsync(portal, "a", "It answered 500. The portal tries again.");
    }

    [Theory]
    [InlineData(500, "It answered 500.")]
    [InlineData(302, "redirects are not followed")]
    [InlineData(0, "did not answer within 0.3 s")]
    public async Task A_receiver_that_never_takes_it_is_given_up(int status, string words)
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async _ =>
        {
            if (status == 0)
            {
                await Task.Delay(1500, Stop);
            }
            return status == 0 ? 200 : status;
        };
        using var portal = Portal(receiver, ("MostAttempts", "2"), ("TimeoutSeconds", "0.3"));
        var id = await RegisterAsync(portal, receiver);
        End(portal, "a", RunState.Completed);
        var delivery = await DeliveryAsync(portal, id, d => d.GetProperty("state").GetString() == "failed");
        Assert.Contains(words, delivery.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, delivery.GetProperty("attempts").GetInt32());
        Assert.Equal(2, receiver.Came.Count);
        await LogAsync(portal, "a", "given up after 2 attempts");
    }

    [Fact]
    public async Task What_waits_is_told_after_a_restart()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = _ => Task.FromResult(503);
        var copy = Directory.CreateTempSubdirectory("cllclip-webhooks-").FullName;
        string id;
        using (var portal = Portal(receiver, ("FirstWaitSeconds", "2")))
        {
            id = await RegisterAsync(portal, receiver);
            End(portal, "a", RunState.Completed);
            await DeliveryAsync(portal, id, d => d.GetProperty("attempts").GetInt32() == 1);
            Copy(portal.DataRoot, copy);
        }
        receiver.Answer = _ => Task.FromResult(200);
        using var again = Portal(receiver, null as Dictionary<string, string?>, root => Copy(copy, root), ("FirstWaitSeconds", "2"));
        Directory.Delete(copy, true);
        var delivery = await DeliveryAsync(again, id, d => d.GetProperty("state").GetString() == "delivered");
        Assert.Equal(2, delivery.GetProperty("attempts").GetInt32());
        Assert.Equal(receiver.Came.First().Body, receiver.Came.Last().Body);
    }

    [Fact]
    public async Task Only_the_events_asked_for_are_told_also_to_webhooks_of_the_settings()
    {
        await using var receiver = await Receiver.StartAsync();
        using var portal = Portal(
            receiver,
            new Dictionary<string, string?>
            {
                ["CllClip:Webhooks:0:Url"] = receiver.Url,
                ["CllClip:Webhooks:0:Secret"] = Secret,
                ["CllClip:Webhooks:0:Events:0"] = "run.stopped",
            }
        );
        End(portal, "a", RunState.Completed);
        portal.AddRun("b");
        Assert.Equal(202, (await portal.AskAsync("POST", "/api/v1/runs/b/stop")).Code);
        Assert.Contains("\"run.stopped\"", (await receiver.WaitAsync(1, Stop))[0].Body, StringComparison.Ordinal);
        var webhook = (await portal.AskAsync("GET", "/api/v1/webhooks")).Json[0];
        Assert.True(webhook.GetProperty("ofSettings").GetBoolean());
        var id = webhook.GetProperty("id").GetString()!;
        (await portal.AskAsync("DELETE", $"/api/v1/webhooks/{id}")).Problem(409);
        await DeliveryAsync(portal, id, d => d.GetProperty("state").GetString() == "delivered");
        Assert.Single(receiver.Came);
    }

    [Fact]
    public async Task This_machine_is_not_told_unless_the_settings_allow_it()
    {
        await using var receiver = await Receiver.StartAsync();
        using var portal = new PortalHost(new() { ["CllClip:WebhookDelivery:MostAttempts"] = "1" });
        var ids = new List<string>();
        foreach (
            var url in new[]
            {
                receiver.Url,
                receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
                receiver.Url.Replace("127.0.0.1", "[::ffff:127.0.0.1]", StringComparison.Ordinal),
            }
        )
        {
            var made = await portal.AskAsync("POST", "/api/v1/webhooks", JsonSerializer.Serialize(new { url }));
            Assert.True(made.Code == 201, made.Text);
            ids.Add(made.Json.GetProperty("id").GetString()!);
        }
        End(portal, "a", RunState.Completed);
        foreach (var id in ids)
        {
            var delivery = await DeliveryAsync(portal, id, d => d.GetProperty("state").GetString() == "failed");
            Assert.Contains("AllowLoopback", delivery.GetProperty("error").GetString(), StringComparison.Ordinal);
        }
        Assert.Empty(receiver.Came);
    }

    [Fact]
    public async Task A_webhook_can_be_tried_without_a_run()
    {
        await using var receiver = await Receiver.StartAsync();
        using var portal = Portal(receiver);
        var id = await RegisterAsync(portal, receiver);
        Assert.Equal(202, (await portal.AskAsync("POST", $"/api/v1/webhooks/{id}/ping")).Code);
        var message = (await receiver.WaitAsync(1, Stop))[0];
        using var body = JsonDocument.Parse(message.Body);
        Assert.Equal(
            ("ping", JsonValueKind.Null),
            (body.RootElement.GetProperty("event").GetString(), body.RootElement.GetProperty("run").ValueKind)
        );
        Assert.Equal(
            message.Headers[WebhookEvents.SignatureHeader],
            WebhookEvents.Sign(
                Secret,
                long.Parse(message.Headers[WebhookEvents.TimestampHeader], System.Globalization.CultureInfo.InvariantCulture),
                message.Body
            )
        );
        await DeliveryAsync(portal, id, d => d.GetProperty("state").GetString() == "delivered");
        (await portal.AskAsync("POST", "/api/v1/webhooks/none/ping")).Problem(404);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_wrong_fields_are_named()
    {
        using var portal = new PortalHost();
        var made = await portal.AskAsync("POST", "/api/v1/webhooks", """{"url": "https://example.org/hook"}""");
        Assert.Equal(201, made.Code);
        Assert.Equal(64, made.Json.GetProperty("secret").GetString()!.Length);
        var list = await portal.AskAsync("GET", "/api/v1/webhooks");
        Assert.DoesNotContain(made.Json.GetProperty("secret").GetString()!, list.Text, StringComparison.Ordinal);
        Assert.Equal(WebhookEvents.All, list.Json[0].GetProperty("events").EnumerateArray().Select(e => e.GetString()!));
        var stored = await File.ReadAllBytesAsync(Path.Combine(portal.DataRoot, "portal.db"), Stop);
        Assert.Equal(-1, stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(made.Json.GetProperty("secret").GetString()!)));
        var wrong = await portal.AskAsync(
            "POST",
            "/api/v1/webhooks",
            """{"url": "ftp://example.org", "secret": "short", "events": ["run.begun"]}"""
        );
        Assert.Equal(["events", "secret", "url"], wrong.Errors.Keys);
        Assert.Single((await portal.AskAsync("POST", "/api/v1/webhooks", """{"url": "https://a:b@example.org"}""")).Errors);
        Assert.Single((await portal.AskAsync("POST", "/api/v1/webhooks", """{"url": "https://example.org", "colour": 1}""")).Errors);
        (await portal.AskAsync("POST", "/api/v1/webhooks", "{", "text/plain")).Problem(415);
        var id = made.Json.GetProperty("id").GetString();
        Assert.Equal(204, (await portal.AskAsync("DELETE", $"/api/v1/webhooks/{id}")).Code);
        (await portal.AskAsync("DELETE", $"/api/v1/webhooks/{id}")).Problem(404);
        (await portal.AskAsync("GET", $"/api/v1/webhooks/{id}/deliveries")).Problem(404);
    }

    [Fact]
    public async Task Those_who_may_only_look_see_no_whole_address()
    {
        using var portal = new PortalHost(new() { ["CllClip:Access:Token"] = "right" });
        static void Proof(HttpRequestMessage request) => request.Headers.Add("Authorization", "Bearer right");
        (await portal.AskAsync("POST", "/api/v1/webhooks", """{"url": "https://example.org/hook/key"}""")).Problem(401);
        Assert.Equal(
            201,
            (await portal.AskAsync("POST", "/api/v1/webhooks", """{"url": "https://example.org/hook/key"}""", change: Proof)).Code
        );
        Assert.Equal("https://example.org", (await portal.AskAsync("GET", "/api/v1/webhooks")).Json[0].GetProperty("url").GetString());
        var own = await portal.AskAsync("GET", "/api/v1/webhooks", change: Proof);
        Assert.Equal("https://example.org/hook/key", own.Json[0].GetProperty("url").GetString());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static PortalHost Portal(Receiver receiver, params (string Name, string Value)[] delivery) =>
        Portal(receiver, null, fill: null, delivery);

    private static PortalHost Portal(
        Receiver receiver,
        Dictionary<string, string?>? settings,
        Action<string>? fill = null,
        params (string Name, string Value)[] delivery
    )
    {
        ArgumentNullException.ThrowIfNull(receiver);
        settings ??= [];
        settings["CllClip:WebhookDelivery:AllowLoopback"] = "true";
        settings["CllClip:WebhookDelivery:FirstWaitSeconds"] = "0.1";
        foreach (var (name, value) in delivery)
        {
            settings[$"CllClip:WebhookDelivery:{name}"] = value;
        }
        return new PortalHost(settings, fill: fill);
    }

    private static async Task<string> RegisterAsync(PortalHost portal, Receiver receiver)
    {
        var made = await portal.AskAsync("POST", "/api/v1/webhooks", JsonSerializer.Serialize(new { url = receiver.Url, secret = Secret }));
        Assert.True(made.Code == 201, made.Text);
        return made.Json.GetProperty("id").GetString()!;
    }

    /// <summary>A run that comes to rest as its worker would have it.</summary>
    private static void End(PortalHost portal, string id, RunState state)
    {
        portal.AddRun(id, RunState.Running);
        portal.Store().Move(id, state, "Over.", run => run.EndedAt = DateTime.UtcNow);
    }

    private static async Task<JsonElement> DeliveryAsync(PortalHost portal, string webhook, Func<JsonElement, bool> wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var all = (await portal.AskAsync("GET", $"/api/v1/webhooks/{webhook}/deliveries")).Json;
            if (all.GetArrayLength() > 0 && wanted(all[0]))
            {
                return all[0];
            }
            await Task.Delay(30, patience.Token);
        }
    }

    private static async Task<string> LogAsync(PortalHost portal, string run, string words)
    {
        for (var i = 0; ; i++)
        {
            var lines = (await portal.AskAsync("GET", $"/api/v1/runs/{run}/log"))
                .Json.EnumerateArray()
                .Select(l => l.GetProperty("text").GetString()!)
                .ToList();
            if (lines.Find(l => l.Contains(words, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }
            Assert.True(i < 500, string.Join('\n', lines));
            await Task.Delay(20, Stop);
        }
    }

    /// <summary>Database and keys of a data root, as a restart finds them.</summary>
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "keys"));
        foreach (var file in Directory.EnumerateFiles(from, "portal.db*").Concat(Directory.EnumerateFiles(Path.Combine(from, "keys"))))
        {
            if (!file.EndsWith(".lock", StringComparison.Ordinal) && !file.EndsWith(".address", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)), overwrite: true);
            }
        }
    }
}
