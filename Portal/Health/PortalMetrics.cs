using CllClip.Engine.Device;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Hubs;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Prometheus;

namespace CllClip.Portal.Health;

/// <summary>The portal's figures at <c>/metrics</c>, in a registry of its own so that several portals fit into one process (tests).</summary>
public sealed class PortalMetrics
{
    private readonly Gauge _runs;
    private readonly Gauge _queue;
    private readonly Gauge _ready;
    private readonly Gauge _connections;
    private readonly Counter _steps;
    private readonly Counter _scores;
    private readonly Counter _states;
    private readonly Gauge _pace;
    private readonly Histogram _search;
    private readonly Counter _prunedBytes;
    private readonly Counter _pruned;
    private readonly Histogram _step;
    private readonly Gauge _progress;
    private readonly Gauge _disk;
    private readonly Gauge _low;
    private readonly Gauge _memory;
    private readonly Gauge _circuits;
    private readonly Gauge _device;

    public PortalMetrics(
        RunQueries runs,
        IEngineHost engine,
        HubMeter hub,
        DiskRoom? room = null,
        CircuitMeter? circuits = null,
        PortalOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(hub);
        // what "auto" stands for; asked when the libraries are loaded in any case
        var device = new Lazy<string>(() => DeviceChoice.ResolveName(options?.Device ?? "auto"));
        Registry = Metrics.NewCustomRegistry();
        var make = Metrics.WithCustomRegistry(Registry);
        DotNetStats.Register(Registry);
        _runs = make.CreateGauge("cllclip_runs", "Runs stored, by state.", "state");
        _queue = make.CreateGauge("cllclip_queue_length", "Runs that wait for a device.");
        _ready = make.CreateGauge("cllclip_ready", "1 once data set, base model and features are usable.");
        _connections = make.CreateGauge("cllclip_hub_connections", "Open connections of the hub /hubs/runs.");
        _steps = make.CreateCounter("cllclip_training_steps_total", "Optimiser steps done since the portal started.");
        _scores = make.CreateCounter("cllclip_scores_total", "Scores measured since the portal started.");
        _states = make.CreateCounter("cllclip_run_states_total", "States that runs entered since the portal started.", "state");
        _pace = make.CreateGauge("cllclip_training_pairs_per_second", "Training pairs per second of the run that reported last.");
        _search = make.CreateHistogram(
            "cllclip_search_seconds",
            "Seconds from query to ranked results on the server.",
            ["kind"],
            new HistogramConfiguration { Buckets = [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1, 0.25, 1, 5] }
        );
        _prunedBytes = make.CreateCounter("cllclip_pruned_bytes_total", "Bytes freed by pruning since the portal started.", "kind");
        _pruned = make.CreateCounter("cllclip_pruned_things_total", "Things pruned since the portal started.", "kind");
        foreach (var kind in PruneKinds.All.Select(PruneKinds.Name))
        {
            _prunedBytes.WithLabels(kind);
            _pruned.WithLabels(kind);
        }
        _step = make.CreateHistogram(
            "cllclip_training_step_seconds",
            "Seconds of a training step, the mean of those between two reports of a run.",
            new HistogramConfiguration { Buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] }
        );
        _progress = make.CreateGauge("cllclip_run_progress_ratio", "Share done, 0 to 1, of each run in training.", "run");
        _disk = make.CreateGauge("cllclip_disk_free_bytes", "Free bytes on the disks of data root and database, the fuller one's.");
        _low = make.CreateGauge("cllclip_disk_low", "1 while little room is left and runs are paused for it.");
        _memory = make.CreateGauge(
            "cllclip_memory_bytes",
            "Memory of the process: managed, resident, and native, which is resident beside the managed heap.",
            "kind"
        );
        _circuits = make.CreateGauge("cllclip_circuits", "Open pages: kept, and of them connected at the moment.", "state");
        _device = make.CreateGauge("cllclip_device_info", "1 for the device in use, once it is known.", "device");
        foreach (var kind in new[] { "text", "image" })
        {
            _search.WithLabels(kind);
        }
        Registry.AddBeforeCollectCallback(async stop =>
        {
            var counts = await runs.CountAsync(stop);
            foreach (var state in Enum.GetValues<RunState>())
            {
                _runs.WithLabels(state.ToString()).Set(counts.GetValueOrDefault(state));
            }
            _queue.Set(counts.GetValueOrDefault(RunState.Queued));
            _ready.Set(engine.Preparation.Ready ? 1 : 0);
            _connections.Set(hub.Connections);
            if (room?.Look() is { } free)
            {
                _disk.Set(free);
                _low.Set(room.IsLow ? 1 : 0);
            }
            var memory = ProcessMemory.Now();
            _memory.WithLabels("managed").Set(memory.Managed);
            _memory.WithLabels("resident").Set(memory.Resident);
            _memory.WithLabels("native").Set(memory.Native);
            _circuits.WithLabels("open").Set(circuits?.Open ?? 0);
            _circuits.WithLabels("connected").Set(circuits?.Connected ?? 0);
            if (engine.Preparation.Ready)
            {
                _device.WithLabels(device.Value).Set(1);
            }
        });
    }

    public CollectorRegistry Registry { get; }

    /// <summary>A search took this long.</summary>
    /// <param name="kind"><c>text</c> or <c>image</c>.</param>
    /// <param name="took">From query to ranked results.</param>
    public void Searched(string kind, TimeSpan took) => _search.WithLabels(kind).Observe(took.TotalSeconds);

    internal void Stepped(int steps, double pairsPerSecond)
    {
        _steps.Inc(steps);
        if (double.IsFinite(pairsPerSecond))
        {
            _pace.Set(pairsPerSecond);
        }
    }

    internal void Pruned(PruneKind kind, long bytes)
    {
        _prunedBytes.WithLabels(PruneKinds.Name(kind)).Inc(bytes);
        _pruned.WithLabels(PruneKinds.Name(kind)).Inc();
    }

    /// <summary>Steps of a run took this long together.</summary>
    internal void Timed(int steps, TimeSpan took) => _step.Observe(took.TotalSeconds / steps, steps);

    /// <summary>A run is so far; null: it is not in training any more.</summary>
    internal void Reached(string run, double? fraction)
    {
        if (fraction is { } share)
        {
            _progress.WithLabels(run).Set(share);
        }
        else
        {
            _progress.RemoveLabelled(run);
        }
    }

    internal void Scored() => _scores.Inc();

    internal void Entered(RunState state) => _states.WithLabels(state.ToString()).Inc();
}
