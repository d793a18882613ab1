using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CllClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Pruning : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(name: "CheckpointsPrunedAt", table: "Runs", type: "TEXT", nullable: true);

            migrationBuilder.CreateTable(
                name: "PruneMarks",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Since = table.Column<DateTime>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PruneMarks", x => x.Name);
                }
            );

            migrationBuilder.CreateTable(
                name: "PruneRules",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Rule = table.Column<string>(type: "TEXT", nullable: false),
                    ChangedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ChangedBy = table.Column<string>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PruneRules", x => x.Id);
                }
            );

            migrationBuilder.CreateTable(
                name: "Prunings",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false).Annotation("Sqlite:Autoincrement", true),
                    At = table.Column<DateTime>(type: "TEXT", nullable: false),
                    By = table.Column<string>(type: "TEXT", nullable: false),
                    Count = table.Column<int>(type: "INTEGER", nullable: false),
                    Bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    Failed = table.Column<int>(type: "INTEGER", nullable: false),
                    Things = table.Column<string>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Prunings", x => x.Id);
                }
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "PruneMarks");

            migrationBuilder.DropTable(name: "PruneRules");

            migrationBuilder.DropTable(name: "Prunings");

            migrationBuilder.DropColumn(name: "CheckpointsPrunedAt", table: "Runs");
        }
    }
}
