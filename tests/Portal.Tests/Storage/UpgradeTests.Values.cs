namespace CllClip.Portal.Tests.Storage;

public sealed partial class UpgradeTests
{
    private static readonly string[] States = ["Queued", "Running", "Stopping", "Stopped", "Completed", "Failed"];

    // By table: a value for each column that any schema has; {0} is the run's number. A migration that adds a column fails here until it has one.
    private static readonly Dictionary<string, Dictionary<string, string>> Values = new()
    {
        ["Runs"] = new()
        {
            ["Id"] = "'run{0}'",
            ["Number"] = "{0}",
            ["QueuePosition"] = "100 - {0}",
            ["Name"] = "'Lauf {0}: 日本語, العربية, O''Neil \"x\"'",
            ["Method"] = "'er'",
            ["Teir"] = "{0} % 2",
            ["Dataset"] = "'emoji36'",
            ["TestSets"] = "'[\"xm3600\"]'",
            ["Model"] = "'emoji-base'",
            ["Languages"] = "'[\"en\",\"de\",\"zh\"]'",
            ["Epochs"] = "6",
            ["Options"] = "'{{\"batchSize\":128,\"learningRate\":0.0005,\"wordPattern\":\"clip\"}}'",
            ["Seed"] = "{0}",
            ["Device"] = "'auto'",
            ["Lane"] = "'cpu'",
            ["Tags"] = "'[\"α\",\"b\"]'",
            ["Notes"] = "'what people wrote' || char(10) || 'in two lines'",
            ["SweepId"] = "'sweep'",
            ["SweepName"] = "'Seeds'",
            ["Origin"] = "'{{\"source\":\"a paper\",\"importedAt\":\"2026-11-24T03:04:05Z\",\"fingerprint\":\"ab12\"}}'",
            ["Shipped"] = "{0} = 5",
            ["ChainFolder"] = "CASE WHEN {0} = 5 THEN '/opt/shipped/chain' END",
            ["CreatedAt"] = "'2026-11-24 03:04:05.678'",
            ["StartedAt"] = "'2026-11-24 03:05:00'",
            ["EndedAt"] = "CASE WHEN {0} > 3 THEN '2026-11-24 04:05:00' END",
            ["DurationSeconds"] = "3600.25",
            ["Progress"] =
                "'{{\"stage\":2,\"stages\":3,\"language\":\"de\",\"phase\":\"training\",\"epoch\":1,\"epochs\":6,\"step\":7,\"steps\":90,\"fraction\":0.4,\"secondsLeft\":55.5,\"pairsPerSecond\":800}}'",
            ["Provenance"] =
                "'{{\"codeVersion\":\"1.0.0\",\"dataRevision\":\"71f4\",\"baseModelHash\":\"58e0\",\"device\":\"cpu (2 threads)\",\"machine\":\"x\",\"libraries\":{{\"TorchSharp\":\"0.105\"}}}}'",
            ["Error"] = "CASE WHEN {0} = 6 THEN 'No space is left.' END",
            ["CheckpointsPrunedAt"] = "CASE WHEN {0} = 5 THEN '2026-11-25 03:04:05' END",
            ["Summary_ArI2t"] = "21.5",
            ["Summary_ArT2i"] = "20.25",
            ["Summary_BackwardTransferT2i"] = "-3.5",
            ["Summary_ForgettingEnglishI2t"] = "1.5",
            ["Summary_ForgettingEnglishT2i"] = "2.5",
            ["Summary_ForgettingI2t"] = "4.5",
            ["Summary_ForgettingT2i"] = "5.5",
            ["Summary_OwnTaskT2i"] = "33.125",
        },
        ["Stages"] = new()
        {
            ["RunId"] = "'run{0}'",
            ["Stage"] = "1",
            ["Figures"] =
                "'{{\"stage\":1,\"languages\":[\"en\"],\"vocabularySize\":8000,\"newTokens\":0,\"rowsInUse\":1234,\"trainingPairs\":9999,\"trainSeconds\":1.5,\"evaluationSeconds\":0.5,\"bestEpoch\":3,\"validationScore\":41.5,\"peakMemoryBytes\":1000000}}'",
        },
        ["Scores"] = new()
        {
            ["RunId"] = "'run{0}'",
            ["Sequence"] = "1",
            ["Stage"] = "1",
            ["Language"] = "'en'",
            ["Direction"] = "'i2t'",
            ["K"] = "5",
            ["Recall"] = "12.345678901234567",
            ["N"] = "1250",
            ["Protocol"] = "'emoji36'",
            ["Dataset"] = "'xm3600'",
        },
        ["StateChanges"] = new()
        {
            ["RunId"] = "'run{0}'",
            ["Sequence"] = "1",
            ["State"] = "'Queued'",
            ["Reason"] = "'Launched.'",
            ["At"] = "'2026-11-24 03:04:05.678'",
        },
        ["LogLines"] = new()
        {
            ["RunId"] = "'run{0}'",
            ["Sequence"] = "1",
            ["At"] = "'2026-11-24 03:04:06'",
            ["Level"] = "'warning'",
            ["Text"] = "'Eine Zeile – with “quotes”'",
        },
        ["PruneRules"] = new()
        {
            ["Id"] = "{0}",
            ["Rule"] = "'{{\"checkpoints\":{{\"on\":true,\"days\":33}},\"keepCopies\":5}}'",
            ["ChangedAt"] = "'2026-11-24 03:04:05'",
            ["ChangedBy"] = "'ana'",
        },
        ["PruneMarks"] = new() { ["Name"] = "'queue.db.damaged-{0}'", ["Since"] = "'2026-11-24 03:04:05'" },
        ["Prunings"] = new()
        {
            ["Id"] = "{0}",
            ["At"] = "'2026-11-24 03:04:05'",
            ["By"] = "'ana'",
            ["Count"] = "1",
            ["Bytes"] = "1000",
            ["Failed"] = "0",
            ["Things"] = "'[{{\"kind\":\"copies\",\"name\":\"portal.db.before-x\",\"runId\":null,\"bytes\":1000,\"error\":null}}]'",
        },
        ["Webhooks"] = new()
        {
            ["Id"] = "'hook{0}'",
            ["Url"] = "'https://example.org/{0}'",
            ["ProtectedSecret"] = "'CfDJ8'",
            ["Events"] = "'[\"run.completed\",\"run.failed\"]'",
            ["CreatedAt"] = "'2026-11-24 03:04:05'",
        },
        ["WebhookDeliveries"] = new()
        {
            ["Id"] = "'delivery{0}'",
            ["WebhookId"] = "'hook{0}'",
            ["Event"] = "'run.completed'",
            ["RunId"] = "'run{0}'",
            ["Body"] = "'{{\"id\":\"run{0}\"}}'",
            ["State"] = "'Waiting'",
            ["Attempts"] = "2",
            ["CreatedAt"] = "'2026-11-24 03:04:05'",
            ["DueAt"] = "'2026-11-24 03:14:05'",
            ["TriedAt"] = "'2026-11-24 03:04:07'",
            ["Status"] = "503",
            ["Error"] = "'busy'",
        },
        ["Audit"] = new()
        {
            ["Id"] = "{0}",
            ["At"] = "'2026-11-24 03:04:05.5'",
            ["Who"] = "'ana'",
            ["Role"] = "'runner'",
            ["Address"] = "'192.168.1.7'",
            ["What"] = "'run.stop'",
            ["Target"] = "'run{0}'",
            ["TargetName"] = "'Lauf {0}'",
            ["Outcome"] = "'Conflict'",
        },
    };
}
