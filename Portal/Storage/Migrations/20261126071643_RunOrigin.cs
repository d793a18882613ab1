using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CllClip.Portal.Storage.Migrations
{
    /// <inheritdoc />
    public partial class RunOrigin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "Origin", table: "Runs", type: "TEXT", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "Origin", table: "Runs");
        }
    }
}
